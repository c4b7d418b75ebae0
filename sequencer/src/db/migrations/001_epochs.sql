CREATE TABLE sequencer.meta (
  key text PRIMARY KEY,
  value text NOT NULL
);

CREATE TABLE sequencer.epochs (
  epoch bigint PRIMARY KEY CHECK (epoch > 0),
  stage text NOT NULL CHECK (stage IN (
    'opened', 'sealed', 'built', 'published', 'proposed', 'decided', 'settled-l2', 'settled-l1', 'distributed', 'final'
  )),
  outcome text CHECK (outcome IN ('approved', 'rejected', 'expired')),
  -- Seconds; also the moment the engine was asked to seal at, so that asking again asks for the same.
  snapshot_time bigint NOT NULL,
  -- EIP-712 digest of the summary, once built.
  digest text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((outcome IS NULL) = (stage IN ('opened', 'sealed', 'built', 'published', 'proposed')))
);

-- One epoch at a time: the next is opened only when the one before is final.
CREATE UNIQUE INDEX one_unfinished_epoch ON sequencer.epochs ((true)) WHERE stage <> 'final';

CREATE TABLE sequencer.stages (
  epoch bigint NOT NULL REFERENCES sequencer.epochs,
  stage text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  ms integer NOT NULL,
  tx text,
  PRIMARY KEY (epoch, stage)
);

-- Signed before they leave: a restarted sequencer offers the very same transaction again instead of a second one.
CREATE TABLE sequencer.transactions (
  id bigserial PRIMARY KEY,
  -- What it is for, for example `propose 12`.
  purpose text NOT NULL,
  chain_id bigint NOT NULL,
  hash text NOT NULL UNIQUE,
  raw text NOT NULL,
  state text NOT NULL DEFAULT 'sent' CHECK (state IN ('sent', 'mined', 'lost')),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX one_sent_transaction ON sequencer.transactions (purpose, chain_id) WHERE state = 'sent';
