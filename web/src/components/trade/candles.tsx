'use client';

import {useEffect, useRef, useState} from 'react';
import {gridPrices, newest, type Scale, scaleOf} from '../../lib/candle-shape.ts';
import {type Candle, formatPrice, formatQuantity, type Interval, INTERVALS} from '../../lib/markets.ts';

const HEIGHT = 424;
const STEP = 9;
const AXIS = 64;
const FOOT = 22;
const VOLUME = 48;

type Props = {candles: readonly Candle[]; interval: Interval; onInterval: (interval: Interval) => void; base: string; quote: string};

/** Candles as a picture: hollow where the price rose, filled where it fell. */
export function Candles({candles, interval, onInterval, base, quote}: Props) {
  const [box, width] = useWidth();
  const [pointed, setPointed] = useState<number>();
  const plot = Math.max(0, width - AXIS);
  const shown = newest(candles, Math.floor(plot / STEP));
  const scale = scaleOf(shown);
  const told = shown[pointed ?? shown.length - 1];
  return (
    <section className="card overflow-hidden" aria-label="Candles">
      <div className="flex flex-col gap-1.5 px-4 pt-3 sm:px-5">
        <div className="-ml-2 flex gap-1" role="group" aria-label="Length of a candle">
          {INTERVALS.map((each) => (
            <button key={each} type="button" aria-pressed={each === interval} onClick={() => onInterval(each)}
              className={`rounded-md px-2 py-1 text-xs ${each === interval ? 'bg-sunken font-medium text-ink' : 'text-muted hover:text-ink'}`}>{each}</button>
          ))}
        </div>
        <p className="min-h-5 text-xs text-muted">{told === undefined ? '' : <Legend candle={told} interval={interval} base={base} />}</p>
      </div>
      <div ref={box} className="mt-1" style={{height: HEIGHT}} onPointerLeave={() => setPointed(undefined)}
        onPointerMove={({clientX, currentTarget}) => {
          const at = shown.length - 1 - Math.floor((plot - (clientX - currentTarget.getBoundingClientRect().left)) / STEP);
          setPointed(at >= 0 && at < shown.length ? at : undefined);
        }}>
        {scale === undefined
          ? <p className="px-4 py-24 text-center text-sm text-muted sm:px-5">Nobody has traded here yet. The first trade draws the first candle.</p>
          : width > 0 && <Picture shown={shown} scale={scale} width={width} interval={interval} pointed={pointed} label={sentence(shown, interval, quote)} />}
      </div>
    </section>
  );
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}

function sentence(shown: readonly Candle[], interval: Interval, quote: string): string {
  const [first, last] = [shown[0]!, shown.at(-1)!];
  return `${shown.length} candles of ${interval}: from ${formatPrice(first.open)} to ${formatPrice(last.close)} ${quote}.`;
}

function Legend({candle: {start, open, high, low, close, volume}, interval, base}: {candle: Candle; interval: Interval; base: string}) {
  const parts = [['O', open], ['H', high], ['L', low], ['C', close]] as const;
  return (
    <>
      <span className="mr-3">{timeLabel(Number(start), interval, true)}</span>
      {parts.map(([name, price]) => <span key={name} className="mr-2">{name} <span className="text-ink">{formatPrice(price)}</span></span>)}
      <span className="hidden sm:inline">Volume <span className="text-ink">{formatQuantity(volume)} {base}</span></span>
    </>
  );
}

function timeLabel(ms: number, interval: Interval, withDate = false): string {
  const text = new Date(ms).toISOString();
  if (interval === '1d') return text.slice(0, 10);
  return withDate || interval === '1h' ? `${text.slice(5, 10)} ${text.slice(11, 16)}` : text.slice(11, 16);
}

type PictureProps = {shown: readonly Candle[]; scale: Scale; width: number; interval: Interval; pointed: number | undefined; label: string};

function Picture({shown, scale, width, interval, pointed, label}: PictureProps) {
  const plot = width - AXIS;
  const body = HEIGHT - FOOT - VOLUME;
  const y = (price: number) => 6 + (1 - (price - scale.low) / (scale.high - scale.low)) * (body - 12);
  const x = (at: number) => plot - (shown.length - at) * STEP + STEP / 2;
  const last = Number(shown.at(-1)!.close);
  const every = Math.max(1, Math.ceil(90 / STEP));
  return (
    <svg width={width} height={HEIGHT} role="img" aria-label={label} className="block select-none">
      {gridPrices(scale, 6).map((price) => (
        <g key={price}>
          <line x1="0" x2={plot} y1={y(price)} y2={y(price)} className="stroke-edge" strokeDasharray="2 4" />
          <text x={plot + 8} y={y(price) + 4} className="fill-muted text-[11px]">{formatPrice(BigInt(Math.round(price)))}</text>
        </g>
      ))}
      {shown.map((candle, at) => <Stick key={candle.start} candle={candle} x={x(at)} y={y} foot={HEIGHT - FOOT} volume={(Number(candle.volume) / Math.max(1, scale.volume)) * (VOLUME - 8)} />)}
      {shown.map((candle, at) => ((shown.length - 1 - at) % every === 0 && x(at) > 24
        ? <text key={candle.start} x={x(at)} y={HEIGHT - 7} textAnchor="middle" className="fill-muted text-[11px]">{timeLabel(Number(candle.start), interval)}</text>
        : null))}
      {pointed !== undefined && <line x1={x(pointed)} x2={x(pointed)} y1="0" y2={HEIGHT - FOOT} className="stroke-muted" strokeDasharray="3 3" />}
      <line x1="0" x2={plot} y1={y(last)} y2={y(last)} className="stroke-accent" strokeDasharray="4 3" />
      <rect x={plot + 2} y={y(last) - 9} width={AXIS - 4} height="18" rx="3" className="fill-accent" />
      <text x={plot + 8} y={y(last) + 4} className="fill-accent-ink text-[11px] font-medium">{formatPrice(BigInt(last))}</text>
    </svg>
  );
}

function Stick({candle: {open, high, low, close}, x, y, foot, volume}: {candle: Candle; x: number; y: (price: number) => number; foot: number; volume: number}) {
  const rose = Number(close) >= Number(open);
  const [top, bottom] = [y(Math.max(Number(open), Number(close))), y(Math.min(Number(open), Number(close)))];
  const colour = rose ? 'stroke-good fill-surface' : 'stroke-bad fill-bad';
  return (
    <g className={colour}>
      <rect x={x - 2.5} y={foot - volume} width="5" height={volume} className={rose ? 'fill-good-soft' : 'fill-bad-soft'} stroke="none" />
      <line x1={x} x2={x} y1={y(Number(high))} y2={y(Number(low))} />
      <rect x={x - 2.5} y={top} width="5" height={Math.max(1, bottom - top)} />
    </g>
  );
}
