/** Refusals as answers: `{error: {code, message, details?}}`, one sentence each. `docs` of every code are in {@link ERROR_STATUS}. */
import type {Rejection} from '../core/commands.ts';

export type ErrorStatus = 400 | 401 | 403 | 404 | 408 | 409 | 413 | 422 | 429 | 503;

/** Status of every code the interface can answer with; the core's own refusals included. */
export const ERROR_STATUS = {
  INVALID_REQUEST: 400, SIGNATURE_INVALID: 401, UNAUTHORISED: 401, SIGN_IN_FAILED: 401, REPLAYED: 401, OUTSIDE_WINDOW: 401, SCOPE_MISSING: 403,
  NOT_FOUND: 404, UNKNOWN_KEY: 404, UNKNOWN_EPOCH: 404, BODY_TOO_LARGE: 413, TOO_MANY_REQUESTS: 429, TOO_MANY_KEYS: 409, CHAIN_REORGANISED: 409,
  TOO_MANY_SUBSCRIPTIONS: 409, DATABASE_DOWN: 503, MAIL_DOWN: 503, ENGINE_BUSY: 503, ENGINE_STOPPED: 503, ENGINE_AWAY: 503,
  UNKNOWN_ACCOUNT: 404, UNKNOWN_MARKET: 404, UNKNOWN_ASSET: 404, UNKNOWN_ORDER: 404, INVALID_QUANTITY: 422, INVALID_PRICE: 422,
  INSUFFICIENT_FUNDS: 422, INSUFFICIENT_MARGIN: 422, NOT_WITHDRAWABLE_YET: 422, BELOW_MINIMUM: 422, NOTHING_TO_CANCEL: 404, NO_MARK: 409,
  NO_LIQUIDITY: 422, WOULD_SELF_TRADE: 422, DUPLICATE_CLIENT_ORDER_ID: 409, WOULD_TAKE: 422, WOULD_INCREASE: 422, OUTSIDE_PROGRAMME: 422, PRICE_OUT_OF_BAND: 422,
  MARKET_CLOSED: 409, OPEN_INTEREST_CAP: 422, LIMIT_EXCEEDED: 422, INVALID_ORDER: 422, WRONG_SEQUENCE: 409, EPOCH_UNDECIDED: 409,
  CUSTODY_FROZEN: 409, ROOT_TOO_OLD: 409, EPOCH_OUT_OF_ORDER: 409, SHEET_NOT_SOLVABLE: 409, INVALID_RULES: 409, INVALID_MARKET: 422, BATCH_REFUSED: 422, RESERVED_WALLET: 403,
} as const satisfies Record<string, ErrorStatus> & Record<Rejection['code'], ErrorStatus>;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** An expected refusal on its way to the client. */
export class ApiError extends Error {
  readonly status: ErrorStatus;
  readonly code: ErrorCode;
  /** What a program may want to act on: the needed and the available, the milliseconds to wait. */
  readonly details: object | undefined;

  constructor(code: ErrorCode, message: string, details?: object) {
    super(message);
    this.status = ERROR_STATUS[code];
    this.code = code;
    this.details = details;
  }
}

export type ErrorBody = {error: {code: string; message: string; details?: object}};

export const errorBody = (code: string, message: string, details?: object): ErrorBody => ({error: {code, message, ...(details && {details})}});

/** One that a token bucket refused. */
export const tooMany = (retryAfterMs: number): ApiError =>
  new ApiError('TOO_MANY_REQUESTS', `Too many requests: try again in ${Math.ceil(retryAfterMs)} ms.`, {retryAfterMs: Math.ceil(retryAfterMs)});

/** The core's typed refusal. Amounts are lots. */
export function rejected(rejection: Rejection): ApiError {
  const {code, ...details} = rejection;
  return new ApiError(code, explain(rejection), Object.keys(details).length > 0 ? details : undefined);
}

function explain(rejection: Rejection): string {
  switch (rejection.code) {
    case 'UNKNOWN_ACCOUNT': return 'This wallet has no account yet: bind it by POST /v1/accounts first.';
    case 'UNKNOWN_MARKET': return `There is no market ${rejection.market}.`;
    case 'UNKNOWN_ASSET': return `Chain ${rejection.chainId} has no custody asset with token ${rejection.token}.`;
    case 'UNKNOWN_ORDER': return `There is no open order ${rejection.orderId} of this account.`;
    case 'INVALID_QUANTITY': return `The quantity cannot be used: ${rejection.reason}.`;
    case 'INVALID_PRICE': return `The price cannot be used: ${rejection.reason}.`;
    case 'INSUFFICIENT_FUNDS': return `${rejection.needed} lots are needed and ${rejection.available} are available.`;
    case 'INSUFFICIENT_MARGIN': return `A margin of ${rejection.needed} lots is needed and ${rejection.available} are available.`;
    case 'CUSTODY_FROZEN': return `The custody on chain ${rejection.chainId} is frozen: what it owes leaves by escape, and nothing moves here any more.`;
    case 'ROOT_TOO_OLD': return `The balance sheet that is active on chain ${rejection.chainId} is older than a day: until a newer one is, nothing is traded or moved. Orders can be cancelled.`;
    case 'NOT_WITHDRAWABLE_YET': return `${rejection.withdrawable} lots can be withdrawn now: ${rejection.reason}.`;
    case 'BELOW_MINIMUM': return `The least that can be withdrawn is ${rejection.minimum} lots.`;
    case 'NOTHING_TO_CANCEL': return 'There is no open withdrawal request to cancel.';
    case 'NO_MARK': return `Market ${rejection.market} has no mark price yet.`;
    case 'NO_LIQUIDITY': return `Market ${rejection.market} has nobody to trade with at this price.`;
    case 'WOULD_SELF_TRADE': return 'The order would trade with an order of the same account.';
    case 'DUPLICATE_CLIENT_ORDER_ID': return `This clientOrderId was used for another order, ${rejection.orderId}.`;
    case 'WOULD_TAKE': return 'A post-only order would trade at once.';
    case 'WOULD_INCREASE': return 'A reduce-only order needs a position it shrinks.';
    case 'OUTSIDE_PROGRAMME': return `As a hedger in ${rejection.market} this account may only reduce its position on this side.`;
    case 'PRICE_OUT_OF_BAND': return `The price is too far from the mark of ${rejection.market}.`;
    case 'MARKET_CLOSED': return `Market ${rejection.market} takes no orders now.`;
    case 'OPEN_INTEREST_CAP': return `The open interest of ${rejection.market} is at its cap.`;
    case 'LIMIT_EXCEEDED': return `A limit of the engine is reached: ${rejection.reason}.`;
    case 'INVALID_ORDER': return `The order cannot be used: ${rejection.reason}.`;
    case 'WRONG_SEQUENCE': return `The command does not fit the engine's state: ${rejection.reason}.`;
    case 'EPOCH_UNDECIDED': return `Epoch ${rejection.epoch} is not decided yet.`;
    case 'EPOCH_OUT_OF_ORDER': return `The next epoch is ${rejection.expected}.`;
    case 'SHEET_NOT_SOLVABLE': return `No balance sheet without a negative row can be built: ${rejection.reason}.`;
    case 'INVALID_RULES': return `The engine cannot run these rules: ${rejection.reason}.`;
    case 'INVALID_MARKET': return `The market cannot be so: ${rejection.reason}.`;
    case 'BATCH_REFUSED': return `Item ${rejection.index} of the batch is refused (${rejection.item}), so none of it was done.`;
    case 'RESERVED_WALLET': return `${rejection.wallet} is not a user's wallet.`;
  }
}
