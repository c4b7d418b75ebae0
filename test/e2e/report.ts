/** One JSON line per check, as the test runner reads them. */
import {Checks} from '../../scripts/cycle/checks.ts';

export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Prints what `checks` gathered since the last call. */
export function reporter(checks: Checks): () => void {
  let printed = 0;
  return () => {
    for (const {name, ok, detail} of checks.all.slice(printed)) process.stdout.write(`${JSON.stringify({check: name, ok, ...(detail !== undefined && {detail})})}\n`);
    printed = checks.all.length;
  };
}
