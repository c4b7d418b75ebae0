/** Stopped before it was ready. */
export const EXIT_INTERRUPTED = 130;

/** Listens from the first moment on, so that a stop during the start is not lost. */
export function stopSignal(parentPipe: boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
    if (parentPipe) process.stdin.once('end', () => resolve()).once('close', () => resolve()).resume();
  });
}
