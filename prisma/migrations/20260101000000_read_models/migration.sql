-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "chain_cursors" (
    "chain_id" INTEGER NOT NULL,
    "genesis_hash" TEXT NOT NULL,
    "block_number" BIGINT NOT NULL,
    "block_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "head_number" BIGINT NOT NULL,
    "head_time" BIGINT NOT NULL,
    "updated_at" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "chain_cursors_pkey" PRIMARY KEY ("chain_id")
);

-- CreateTable
CREATE TABLE "indexed_blocks" (
    "chain_id" INTEGER NOT NULL,
    "number" BIGINT NOT NULL,
    "hash" TEXT NOT NULL,
    "time" BIGINT NOT NULL,

    CONSTRAINT "indexed_blocks_pkey" PRIMARY KEY ("chain_id","number")
);

-- CreateTable
CREATE TABLE "deposits" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "token" TEXT NOT NULL,
    "sender" TEXT NOT NULL,
    "amount" DECIMAL(78,0) NOT NULL,

    CONSTRAINT "deposits_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "epochs" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "number" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "snapshot_time" BIGINT NOT NULL,
    "set_id" INTEGER NOT NULL,
    "parent" TEXT NOT NULL,
    "lines_root" TEXT NOT NULL,
    "line_count" INTEGER NOT NULL,
    "snapshot_cid" TEXT NOT NULL,
    "mapping_hash" TEXT NOT NULL,
    "log_root" TEXT NOT NULL,
    "journal_head" TEXT NOT NULL,
    "rules_hash" TEXT NOT NULL,

    CONSTRAINT "epochs_pkey" PRIMARY KEY ("number")
);

-- CreateTable
CREATE TABLE "epoch_decisions" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "outcome" TEXT NOT NULL,

    CONSTRAINT "epoch_decisions_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "epoch_lines" (
    "epoch" BIGINT NOT NULL,
    "index" INTEGER NOT NULL,
    "chain_id" INTEGER NOT NULL,
    "custody" TEXT NOT NULL,
    "block_number" BIGINT NOT NULL,
    "block_hash" TEXT NOT NULL,
    "kills" INTEGER NOT NULL,
    "payout_root" TEXT NOT NULL,
    "payout_count" INTEGER NOT NULL,

    CONSTRAINT "epoch_lines_pkey" PRIMARY KEY ("epoch","index")
);

-- CreateTable
CREATE TABLE "epoch_assets" (
    "epoch" BIGINT NOT NULL,
    "line_index" INTEGER NOT NULL,
    "index" INTEGER NOT NULL,
    "token" TEXT NOT NULL,
    "lot_size" DECIMAL(39,0) NOT NULL,
    "deposited" BIGINT NOT NULL,
    "liabilities" BIGINT NOT NULL,
    "withdrawable" BIGINT NOT NULL,
    "withdrawals" BIGINT NOT NULL,
    "authorised_out" BIGINT NOT NULL,
    "count" BIGINT NOT NULL,
    "root" TEXT NOT NULL,
    "reserves_lots" BIGINT,
    "paid_out" BIGINT,

    CONSTRAINT "epoch_assets_pkey" PRIMARY KEY ("epoch","line_index","index")
);

-- CreateTable
CREATE TABLE "votes" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "validator" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "kind" INTEGER NOT NULL,
    "rule" INTEGER NOT NULL,
    "weight" DECIMAL(39,0) NOT NULL,

    CONSTRAINT "votes_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "certificates" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "kind" INTEGER NOT NULL,
    "set_id" INTEGER NOT NULL,
    "signed_weight" DECIMAL(78,0) NOT NULL,
    "total_weight" DECIMAL(78,0) NOT NULL,

    CONSTRAINT "certificates_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "settlements" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "digest" TEXT NOT NULL,
    "payout_root" TEXT NOT NULL,
    "line_block" BIGINT NOT NULL,
    "signed_weight" DECIMAL(78,0) NOT NULL,

    CONSTRAINT "settlements_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "activations" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "payout_root" TEXT NOT NULL,

    CONSTRAINT "activations_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "payouts" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "token" TEXT NOT NULL,
    "wallet" TEXT NOT NULL,
    "lots" BIGINT NOT NULL,
    "cumulative" BIGINT NOT NULL,
    "deferred" BOOLEAN NOT NULL,

    CONSTRAINT "payouts_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "validators" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "index" INTEGER NOT NULL,
    "address" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "weight" DECIMAL(39,0) NOT NULL,

    CONSTRAINT "validators_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "terms" (
    "chain_id" INTEGER NOT NULL,
    "block_number" BIGINT NOT NULL,
    "log_index" INTEGER NOT NULL,
    "tx_hash" TEXT NOT NULL,
    "block_time" BIGINT NOT NULL,
    "set_id" INTEGER NOT NULL,
    "accepted" BOOLEAN NOT NULL,
    "members_root" TEXT NOT NULL,
    "aggregate_key" TEXT NOT NULL,
    "total_weight" DECIMAL(39,0) NOT NULL,
    "count" BIGINT NOT NULL,
    "active_from" BIGINT NOT NULL,
    "active_until" BIGINT NOT NULL,

    CONSTRAINT "terms_pkey" PRIMARY KEY ("chain_id","block_number","log_index")
);

-- CreateTable
CREATE TABLE "projection_cursors" (
    "name" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,
    "journal" TEXT NOT NULL,

    CONSTRAINT "projection_cursors_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "accounts" (
    "wallet" TEXT NOT NULL,
    "sequence" BIGINT NOT NULL,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("wallet")
);

-- CreateTable
CREATE TABLE "balances" (
    "wallet" TEXT NOT NULL,
    "chain_id" INTEGER NOT NULL,
    "token" TEXT NOT NULL,
    "lots" BIGINT NOT NULL,

    CONSTRAINT "balances_pkey" PRIMARY KEY ("wallet","chain_id","token")
);

-- CreateTable
CREATE TABLE "orders" (
    "id" BIGINT NOT NULL,
    "wallet" TEXT NOT NULL,
    "market" TEXT NOT NULL,
    "side" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "price" BIGINT,
    "quantity" BIGINT NOT NULL,
    "filled" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "client_order_id" TEXT NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "fills" (
    "market" TEXT NOT NULL,
    "trade_id" BIGINT NOT NULL,
    "price" BIGINT NOT NULL,
    "quantity" BIGINT NOT NULL,
    "quote_lots" BIGINT NOT NULL,
    "maker_order_id" BIGINT NOT NULL,
    "taker_order_id" BIGINT NOT NULL,
    "maker" TEXT NOT NULL,
    "taker" TEXT NOT NULL,
    "taker_side" TEXT NOT NULL,
    "maker_fee_lots" BIGINT NOT NULL,
    "taker_fee_lots" BIGINT NOT NULL,
    "at" BIGINT NOT NULL,

    CONSTRAINT "fills_pkey" PRIMARY KEY ("market","trade_id")
);

-- CreateTable
CREATE TABLE "withdrawals" (
    "wallet" TEXT NOT NULL,
    "chain_id" INTEGER NOT NULL,
    "token" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL,
    "lots" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "cumulative" BIGINT,

    CONSTRAINT "withdrawals_pkey" PRIMARY KEY ("wallet","chain_id","token","epoch")
);

-- CreateTable
CREATE TABLE "positions" (
    "wallet" TEXT NOT NULL,
    "market" TEXT NOT NULL,
    "size" BIGINT NOT NULL,
    "entry_price" BIGINT NOT NULL,

    CONSTRAINT "positions_pkey" PRIMARY KEY ("wallet","market")
);

-- CreateIndex
CREATE INDEX "deposits_sender_chain_id_token_idx" ON "deposits"("sender", "chain_id", "token");

-- CreateIndex
CREATE INDEX "epochs_chain_id_block_number_idx" ON "epochs"("chain_id", "block_number");

-- CreateIndex
CREATE INDEX "epoch_decisions_epoch_idx" ON "epoch_decisions"("epoch");

-- CreateIndex
CREATE INDEX "votes_epoch_idx" ON "votes"("epoch");

-- CreateIndex
CREATE INDEX "certificates_epoch_idx" ON "certificates"("epoch");

-- CreateIndex
CREATE INDEX "settlements_epoch_idx" ON "settlements"("epoch");

-- CreateIndex
CREATE INDEX "activations_epoch_idx" ON "activations"("epoch");

-- CreateIndex
CREATE INDEX "payouts_epoch_idx" ON "payouts"("epoch");

-- CreateIndex
CREATE INDEX "payouts_wallet_idx" ON "payouts"("wallet");

-- CreateIndex
CREATE INDEX "validators_index_idx" ON "validators"("index");

-- CreateIndex
CREATE INDEX "terms_set_id_idx" ON "terms"("set_id");

-- CreateIndex
CREATE INDEX "orders_wallet_idx" ON "orders"("wallet");

-- AddForeignKey
ALTER TABLE "epoch_decisions" ADD CONSTRAINT "epoch_decisions_epoch_fkey" FOREIGN KEY ("epoch") REFERENCES "epochs"("number") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "epoch_lines" ADD CONSTRAINT "epoch_lines_epoch_fkey" FOREIGN KEY ("epoch") REFERENCES "epochs"("number") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "epoch_assets" ADD CONSTRAINT "epoch_assets_epoch_line_index_fkey" FOREIGN KEY ("epoch", "line_index") REFERENCES "epoch_lines"("epoch", "index") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "votes" ADD CONSTRAINT "votes_epoch_fkey" FOREIGN KEY ("epoch") REFERENCES "epochs"("number") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "certificates" ADD CONSTRAINT "certificates_epoch_fkey" FOREIGN KEY ("epoch") REFERENCES "epochs"("number") ON DELETE CASCADE ON UPDATE CASCADE;
