/** The calls that leave a custody. */
import type {ExitRow} from './rows.ts';
import type {Action} from './steps.ts';

export type ExitCall = {functionName: Action | 'announceFreeze' | 'freeze'; args: readonly unknown[]};

export function callOf(action: Action, {opening, claim, token}: Pick<ExitRow, 'opening' | 'claim' | 'token'>): ExitCall {
  switch (action) {
    case 'forceWithdraw':
    case 'forceExit': return {functionName: action, args: [opening, claim]};
    case 'freezeUnserved': return {functionName: action, args: [token, opening.wallet]};
    case 'escape': return {functionName: action, args: [opening, opening.wallet]};
    case 'claim': return {functionName: action, args: [claim]};
  }
}
