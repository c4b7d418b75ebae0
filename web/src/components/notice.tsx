/** What the page has to say to whoever asked for something. */

export function Notice({text}: {text: string}) {
  return <p className="rounded-lg bg-bad-soft px-4 py-3 text-sm text-bad" role="alert">{text}</p>;
}

export type Done = {ok: boolean; text: string};

/** What became of the last thing asked for. */
export function Outcome({outcome: {ok, text}}: {outcome: Done}) {
  return <div className="mt-3">{ok ? <p className="rounded-lg bg-good-soft px-4 py-3 text-sm text-good" role="status">{text}</p> : <Notice text={text} />}</div>;
}
