/** Who calls, and what it may do. */
import type {Address} from 'viem';

/** `own`: only a session signed in by the wallet itself may mint keys, bind the account and end its other sessions. */
export const SCOPES = ['read', 'trade', 'withdraw', 'own'] as const;
export type Scope = (typeof SCOPES)[number];
/** What a key may be given. */
export const KEY_SCOPES = ['read', 'trade', 'withdraw'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

export type Identity = {
  wallet: Address;
  scopes: readonly Scope[];
  /** Id of the session or key, for limits and revocation. */
  credential: string;
  /** Milliseconds. */
  issuedAt: number;
  expiresAt: number;
};
