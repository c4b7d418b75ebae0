/**
 * Base of every error this repository throws on purpose.
 *
 * @typeParam T - Union of `{code, ...details}`; callers switch on `data.code`, never on the message.
 */
export class PobsError<T extends {code: string}> extends Error {
  constructor(
    readonly data: T,
    /** `true` only when repeating the same call may succeed. */
    readonly retryable = false,
    options?: ErrorOptions,
  ) {
    super(data.code, options);
    this.name = new.target.name;
  }
}
