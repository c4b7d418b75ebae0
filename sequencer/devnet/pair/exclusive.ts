/** Runs jobs strictly one after another, in the order of the calls. A failed job does not stop the next. */
export class Exclusive {
  #tail: Promise<unknown> = Promise.resolve();

  run<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}
