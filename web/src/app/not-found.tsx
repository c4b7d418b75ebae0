import Link from 'next/link';

export default function NotFound() {
  return (
    <section className="card mx-auto max-w-2xl p-6 sm:p-8">
      <h1 className="text-xl font-semibold">There is no such page</h1>
      <p className="mt-2 text-muted">If you looked for an epoch, it may not be proposed yet.</p>
      <p className="mt-6"><Link prefetch={false} className="button" href="/epochs">All epochs</Link></p>
    </section>
  );
}
