import type {Account, Balance} from '../../lib/browser/engine-client.ts';
import {formatLots} from '../../lib/format.ts';
import {type Column, DataTable} from '../data-table.tsx';

type Position = Account['positions'][number];

const ETHER_LOT = {lotSize: '1', decimals: 9};
const USDC_LOT = {lotSize: '1', decimals: 6};

/** Open perpetual positions: size in ETH lots (1e-9), prices and PnL in USDC lots (1e-6). */
export function Positions({positions, balances}: {positions: readonly Position[]; balances: readonly Balance[]}) {
  const settlement = balances.find(({symbol}) => symbol === 'USDC') ?? USDC_LOT;
  const columns: Column<Position>[] = [
    {label: 'Market', cell: ({market}) => <span className="font-medium">{market}</span>},
    {label: 'Side', cell: ({size}) => (size.startsWith('-') ? 'Short' : 'Long')},
    {label: 'Size (ETH)', numeric: true, cell: ({size}) => formatLots(size, ETHER_LOT)},
    {label: 'Entry (USDC)', numeric: true, cell: ({entryPrice}) => formatLots(entryPrice, USDC_LOT)},
    {label: 'Mark (USDC)', numeric: true, cell: ({mark}) => formatLots(mark, USDC_LOT)},
    {label: 'Unrealised PnL (USDC)', numeric: true, cell: ({unrealisedPnl}) => formatLots(unrealisedPnl, settlement)},
  ];
  return <DataTable caption="Positions" columns={columns} rows={positions} rowKey={({market}) => market} note="Open profit and loss is settled into balances at every seal." empty="No open position." />;
}
