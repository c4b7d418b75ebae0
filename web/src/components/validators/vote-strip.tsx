import type {Mark} from '../../lib/validators.ts';

const LOOKS: Readonly<Record<Mark['state'], {className: string; height: number; word: string}>> = {
  APPROVE: {className: 'fill-good', height: 16, word: 'approved'},
  REJECT: {className: 'fill-bad', height: 10, word: 'rejected'},
  DISPUTE: {className: 'fill-bad', height: 6, word: 'disputed'},
  silent: {className: 'fill-wait', height: 3, word: 'absent'},
  pending: {className: 'fill-edge', height: 16, word: 'still voting'},
  unseated: {className: 'fill-edge', height: 3, word: 'no seat'},
};

/** One bar per epoch, oldest first: height and colour tell the vote, the title says it. */
export function VoteStrip({marks}: {marks: readonly Mark[]}) {
  const count = (state: Mark['state']) => marks.filter((mark) => mark.state === state).length;
  const parts = (Object.keys(LOOKS) as Mark['state'][]).flatMap((state) => (count(state) > 0 ? [`${count(state)} ${LOOKS[state].word}`] : []));
  return (
    <svg width={Math.max(1, marks.length) * 5} height="16" role="img" aria-label={`Last ${marks.length} epochs: ${parts.join(', ')}`} className="inline-block align-middle">
      {marks.map(({epoch, state}, index) => {
        const {className, height, word} = LOOKS[state];
        return <rect key={epoch} x={index * 5} y={16 - height} width="4" height={height} rx="1" className={className}><title>{`Epoch ${epoch}: ${word}`}</title></rect>;
      })}
    </svg>
  );
}

export function StripLegend() {
  return (
    <p className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
      {(['APPROVE', 'REJECT', 'DISPUTE', 'silent', 'pending', 'unseated'] as const).map((state) => (
        <span key={state} className="inline-flex items-center gap-1.5">
          <svg width="4" height="16" aria-hidden="true"><rect y={16 - LOOKS[state].height} width="4" height={LOOKS[state].height} rx="1" className={LOOKS[state].className} /></svg>{LOOKS[state].word}
        </span>
      ))}
    </p>
  );
}
