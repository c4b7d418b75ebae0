import type {Metadata, Viewport} from 'next';
import {Suspense} from 'react';
import {Halts} from '../components/halts.tsx';
import {SiteHeader} from '../components/site-header.tsx';
import './globals.css';

export const metadata: Metadata = {
  title: {default: 'Proof of Balance Sheet', template: '%s · Proof of Balance Sheet'},
  description: 'What the exchange holds and owes, recomputed by independent validators every epoch.',
};

export const viewport: Viewport = {
  themeColor: [
    {media: '(prefers-color-scheme: light)', color: '#ffffff'},
    {media: '(prefers-color-scheme: dark)', color: '#141b20'},
  ],
};

/** Every page is rendered when it is asked for: figures are never those of the build. */
export const dynamic = 'force-dynamic';

export default function RootLayout({children}: {children: React.ReactNode}) {
  return (
    <html lang="en">
      <body className="flex min-h-dvh flex-col">
        <SiteHeader />
        <Suspense><Halts /></Suspense>
        <main id="main" className="mx-auto w-full max-w-6xl flex-1 px-4 py-8 sm:px-6 sm:py-10">{children}</main>
        <footer className="mx-auto w-full max-w-6xl px-4 pb-8 text-xs text-muted sm:px-6">
          Figures come from the chains and the published files. Anyone can recompute them; nobody has to be believed.
        </footer>
      </body>
    </html>
  );
}
