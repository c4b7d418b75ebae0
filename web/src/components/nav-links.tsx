'use client';

import Link from 'next/link';
import {usePathname} from 'next/navigation';

const PAGES = [
  {href: '/', label: 'Solvency'},
  {href: '/epochs', label: 'Epochs'},
  {href: '/validators', label: 'Validators'},
  {href: '/trade', label: 'Trade'},
  {href: '/verify', label: 'Verify'},
  {href: '/portfolio', label: 'Portfolio'},
  {href: '/exit', label: 'Exit'},
] as const;

/** The page one is on is marked for eyes and for screen readers. */
export function NavLinks() {
  const path = usePathname();
  return (
    <nav aria-label="Pages">
      <ul className="flex flex-wrap gap-1 text-sm">
        {PAGES.map(({href, label}) => {
          const current = href === '/' ? path === '/' : path.startsWith(href);
          return (
            <li key={href}>
              <Link prefetch={false} href={href} aria-current={current ? 'page' : undefined}
                className={`block rounded-md px-2.5 py-1.5 no-underline ${current ? 'bg-sunken font-medium text-ink' : 'text-muted hover:text-ink'}`}>
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
