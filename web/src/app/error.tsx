'use client';

/** A mistake of ours; what the reader can do about it is to try again. */
export default function ErrorPage({reset}: {error: Error; reset: () => void}) {
  return (
    <section className="card mx-auto max-w-2xl p-6 sm:p-8" role="alert">
      <h1 className="text-xl font-semibold">This page could not be shown</h1>
      <p className="mt-2 text-muted">Something in it failed. Your funds and the published proofs are not affected.</p>
      <p className="mt-6"><button type="button" className="button" onClick={reset}>Try again</button></p>
    </section>
  );
}
