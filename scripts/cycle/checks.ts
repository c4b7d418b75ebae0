/** What a run has shown to hold, or not. */
export type Check = {name: string; ok: boolean; detail?: string};

export class Checks {
  readonly all: Check[] = [];
  readonly #say: (line: string) => void;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  that(name: string, ok: boolean, detail?: string): void {
    this.all.push({name, ok, ...(detail !== undefined && {detail})});
    this.#say(`  ${ok ? '✓' : '✗'} ${name}${detail && !ok ? `: ${detail}` : ''}`);
  }

  equal(name: string, actual: unknown, expected: unknown): void {
    this.that(name, actual === expected, `expected ${String(expected)}, got ${String(actual)}`);
  }

  get ok(): boolean {
    return this.all.length > 0 && this.all.every(({ok}) => ok);
  }
}
