/** Refusals as HTTP answers: `{error: {code, message}}`, one sentence each. */
import type {Rejection} from '../core/commands.ts';

export type ErrorStatus = 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 503;

/** An expected refusal on its way to the client. */
export class ApiError extends Error {
  readonly status: ErrorStatus;
  readonly code: string;

  constructor(status: ErrorStatus, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export const errorBody = (code: string, message: string): {error: {code: string; message: string}} => ({error: {code, message}});

/** The core's typed refusal. Amounts are lots. */
export function rejected(rejection: Rejection): ApiError {
  const [status, message] = explain(rejection);
  return new ApiError(status, rejection.code, message);
}

function explain(rejection: Rejection): [ErrorStatus, string] {
  switch (rejection.code) {
    case 'UNKNOWN_ACCOUNT': return [404, 'This wallet has no account yet: bind it by POST /v1/accounts first.'];
    case 'UNKNOWN_MARKET': return [404, `There is no market ${rejection.market}.`];
    case 'UNKNOWN_ASSET': return [404, `Chain ${rejection.chainId} has no custody asset with token ${rejection.token}.`];
    case 'UNKNOWN_ORDER': return [404, `There is no open order ${rejection.orderId} of this account.`];
    case 'INVALID_QUANTITY': return [422, `The quantity cannot be used: ${rejection.reason}.`];
    case 'INVALID_PRICE': return [422, `The price cannot be used: ${rejection.reason}.`];
    case 'INSUFFICIENT_FUNDS': return [422, `${rejection.needed} lots are needed and ${rejection.available} are available.`];
    case 'INSUFFICIENT_MARGIN': return [422, `A margin of ${rejection.needed} lots is needed and ${rejection.available} are available.`];
    case 'CUSTODY_FROZEN': return [409, `The custody on chain ${rejection.chainId} is frozen: what it owes leaves by escape, and nothing moves here any more.`];
    case 'NOT_WITHDRAWABLE_YET': return [422, `${rejection.withdrawable} lots can be withdrawn now: ${rejection.reason}.`];
    case 'BELOW_MINIMUM': return [422, `The least that can be withdrawn is ${rejection.minimum} lots.`];
    case 'NOTHING_TO_CANCEL': return [404, 'There is no open withdrawal request to cancel.'];
    case 'NO_MARK': return [409, `Market ${rejection.market} has no mark price yet.`];
    case 'NO_LIQUIDITY': return [422, `Market ${rejection.market} has nobody to trade with at this price.`];
    case 'WOULD_SELF_TRADE': return [422, 'The order would trade with an order of the same account.'];
    case 'DUPLICATE_CLIENT_ORDER_ID': return [409, `This clientOrderId was used for order ${rejection.orderId}.`];
    case 'BATCH_REFUSED': return [422, `Command ${rejection.index} of the batch was refused (${rejection.item}), so none was done.`];
    case 'WOULD_TAKE': return [422, 'A post-only order would trade at once.'];
    case 'WOULD_INCREASE': return [422, 'A reduce-only order needs a position it shrinks.'];
    case 'PRICE_OUT_OF_BAND': return [422, `The price is too far from the mark of ${rejection.market}.`];
    case 'MARKET_CLOSED': return [409, `Market ${rejection.market} takes no orders now.`];
    case 'OPEN_INTEREST_CAP': return [422, `The open interest of ${rejection.market} is at its cap.`];
    case 'LIMIT_EXCEEDED': return [422, `A limit of the engine is reached: ${rejection.reason}.`];
    case 'INVALID_ORDER': return [422, `The order cannot be used: ${rejection.reason}.`];
    case 'WRONG_SEQUENCE': return [409, `The command does not fit the engine's state: ${rejection.reason}.`];
    case 'EPOCH_UNDECIDED': return [409, `Epoch ${rejection.epoch} is not decided yet.`];
    case 'EPOCH_OUT_OF_ORDER': return [409, `The next epoch is ${rejection.expected}.`];
    case 'SHEET_NOT_SOLVABLE': return [409, `No balance sheet without a negative row can be built: ${rejection.reason}.`];
    case 'INVALID_RULES': return [409, `The engine cannot run these rules: ${rejection.reason}.`];
    case 'INVALID_MARKET': return [422, `The market cannot be so: ${rejection.reason}.`];
    case 'RESERVED_WALLET': return [403, `${rejection.wallet} is not a user's wallet.`];
  }
}
