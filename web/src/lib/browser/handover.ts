/** Hands a proof from one page of this tab to another; it is gone once taken and never leaves the browser. */
const KEY = 'pobs-proof';

export function handProof(text: string): void {
  sessionStorage.setItem(KEY, text);
}

export function takeProof(): string | undefined {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  return text ?? undefined;
}
