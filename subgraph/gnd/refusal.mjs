/** What the operator of this program can put right: one sentence and an exit code. */
export class Refusal extends Error {
  /** @param {2 | 3} code - 2 usage, 3 a dependency is down. @param {string} message */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
