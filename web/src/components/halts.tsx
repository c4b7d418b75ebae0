import Link from 'next/link';
import {readHalts} from '../lib/halts.ts';
import {ToneIcon} from './verdict.tsx';

/** Above every page while trading is halted or a custody is frozen or about to be. */
export async function Halts() {
  const halts = await readHalts();
  if (halts.length === 0) return null;
  return (
    <div className="mx-auto mt-4 grid w-full max-w-6xl gap-2 px-4 sm:px-6" role="region" aria-label="Halts">
      {halts.map(({code, tone, title, text}) => (
        <div key={title} data-halt={code} role="alert" className={`flex gap-3 rounded-xl px-4 py-3 text-sm ${tone === 'bad' ? 'bg-bad-soft text-bad' : 'bg-wait-soft text-wait'}`}>
          <span className="mt-0.5"><ToneIcon tone={tone} size={16} /></span>
          <p><span className="font-semibold">{title}.</span> <span className="text-ink">{text}</span> <Link prefetch={false} className="font-medium underline" href="/exit">What you can do</Link></p>
        </div>
      ))}
    </div>
  );
}
