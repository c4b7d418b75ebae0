/** Exit codes of every command. */
export const EXIT = {
  ok: 0,
  /** A bug: shown with its stack. */
  bug: 1,
  /** Usage or configuration. */
  usage: 2,
  /** Something that is needed does not answer; it may work later. */
  dependency: 3,
  /** A check failed. */
  verification: 4,
  key: 6,
  /** The account cannot pay the gas. */
  gas: 8,
  interrupted: 130,
} as const;
