import {vi} from 'vitest';
import {main} from '../src/cli/main.ts';

export type CommandResult = {code: number; stdout: string; stderr: string};

/** `pobs-operator` in this process. */
export async function command(...args: string[]): Promise<CommandResult> {
  const out = {stdout: '', stderr: ''};
  const spies = (['stdout', 'stderr'] as const).map((name) => vi.spyOn(process[name], 'write').mockImplementation((text) => {
    out[name] += String(text);
    return true;
  }));
  try {
    const code = await main(args);
    return {code, ...out};
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
