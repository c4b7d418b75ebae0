/** Contract names by field of the network file. */
export const SOURCES: {readonly l1: Readonly<Record<string, string>>; readonly l2: Readonly<Record<string, string>>};
export const CHAINS: readonly ('l1' | 'l2')[];
export const OPTIONAL: ReadonlySet<string>;
export const DATA_SOURCE: string;
export function placeholderOf(field: string): string;
export function handlerOf(event: string): string;
export function eventsOf(contract: string): {name: string; signature: string}[];
export function schema(): string;
export function entityNames(): string[];
export function manifestOf(chain: 'l1' | 'l2'): string;
