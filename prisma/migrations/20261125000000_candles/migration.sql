-- CreateIndex
CREATE INDEX "fills_market_at_idx" ON "fills"("market", "at");
