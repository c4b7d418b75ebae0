import {vi} from 'vitest';

export type Ran = {code: number; stdout: string; stderr: string};

/** Runs command lines in this process, each a start of Node cheaper. One after the other: what each prints is told apart by when. */
export function inProcess(main: (args: readonly string[]) => Promise<number>): (...args: string[]) => Promise<Ran> {
  let before: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const ran = before.then(() => captured(() => main(args)));
    before = ran.catch(() => {});
    return ran;
  };
}

async function captured(run: () => Promise<number>): Promise<Ran> {
  const out = {stdout: '', stderr: ''};
  const spies = (['stdout', 'stderr'] as const).map((name) => vi.spyOn(process[name], 'write').mockImplementation((text) => {
    out[name] += String(text);
    return true;
  }));
  try {
    return {code: await run(), ...out};
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
