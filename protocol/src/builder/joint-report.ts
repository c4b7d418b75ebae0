/** How the joint test names what it found. */
import {type AssetKey, type RuleNumber, type Violation, VIOLATION_ROWS_MAX} from '../types.ts';

export const assetLabel = ({chainId, token}: Pick<AssetKey, 'chainId' | 'token'>): string => `${chainId}-${token.toLowerCase()}`;

export const violation = (rule: RuleNumber, detail: string, where?: string, rows: readonly string[] = []): Violation =>
  ({rule, detail, ...(where !== undefined && {where}), rows: rows.slice(0, VIOLATION_ROWS_MAX)});
