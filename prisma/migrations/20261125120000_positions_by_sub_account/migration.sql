-- Rows of before do not say whose they are: the projections are folded anew from the journal.
TRUNCATE projection_cursors, accounts, balances, orders, fills, withdrawals, positions;

-- AlterTable
ALTER TABLE "positions" DROP CONSTRAINT "positions_pkey",
ADD COLUMN     "sub" INTEGER NOT NULL,
ADD CONSTRAINT "positions_pkey" PRIMARY KEY ("wallet", "sub", "market");
