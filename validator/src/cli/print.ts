/** stdout carries results only. */
import {toJson} from '@pobs/protocol';

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
/** For what people should know beside the result. */
export const warn = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
export const printJson = (value: unknown): void => print(toJson(value));

/** JSON with `--json`, else `label: value` lines. */
export function printFields(json: boolean, fields: Readonly<Record<string, unknown>>): void {
  if (json) return printJson(fields);
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) print(`${name.padEnd(16)} ${typeof value === 'object' ? toJson(value) : String(value)}`);
}
