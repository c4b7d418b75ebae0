/**
 * Finds the mutants of a Solidity file and writes all of them into one text ("mutant schemata"): each sits behind a switch that
 * the block's coinbase sets, so one build serves hundreds of runs (`forge test --block-coinbase <number>`).
 */
import {createHash} from 'node:crypto';
import type {AstNode} from './ast.ts';
import {children, rangeOf} from './ast.ts';

export type Kind = 'negate' | 'boundary' | 'drop check' | 'drop assignment' | 'drop call' | 'drop modifier';

export type Mutant = {
  /** Switch value, from 1, unique in one build. */
  number: number;
  file: string;
  contract: string;
  function: string;
  line: number;
  kind: Kind;
  /** The original text, one line. */
  code: string;
  /** Number of the first mutant in the same function or modifier. */
  definition: number;
  /** Hash of what the mutant is: its kind, its code and the whole text of its function. Edits elsewhere leave it as it is. */
  identity: string;
};

type Edit = {start: number; end: number; parts: readonly (readonly [number, number])[]; make: (parts: readonly string[]) => string};
type Found = {kind: Kind; at: AstNode; edit: (number: number) => Edit; assembly?: AstNode};

const BOUNDARY: Record<string, string> = {'<': '<=', '<=': '<', '>': '>=', '>=': '>'};
const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!=']);
const YUL_COMPARISONS = new Set(['lt', 'gt', 'slt', 'sgt', 'eq', 'iszero']);
/** OpenZeppelin's ReentrancyGuardTransient: forgetting that somebody is inside is what dropping the guard means. */
const REENTRANCY_SLOT = '0x9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00';

/** The modifiers that stand in for those that can be dropped. The number is not an argument: that would take a place on the stack. */
const MODIFIERS: Record<string, (name: string, number: number) => string> = {
  onlyRole: (name, number) => `modifier ${name}(bytes32 role) { if (!Mutant.on(${number})) _checkRole(role); _; }`,
  nonReentrant: (name, number) => `modifier ${name}() { if (Mutant.on(${number})) { assembly { tstore(${REENTRANCY_SLOT}, 0) } } _; }`,
};

/** Coinbase under which every switch that is asked reports itself to the console's address, and changes nothing. */
export const RECORDING = `0x${'f'.repeat(40)}`;
export const CONSOLE = '0x000000000000000000636f6e736f6c652e6c6f67';

/** The library every mutated file imports. */
export const SWITCH = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

library Mutant {
    /// @dev Cast to pure, so that pure functions can ask as well.
    function on(uint256 id) internal pure returns (bool active) {
        function(uint256) view returns (bool) reader = _on;
        function(uint256) pure returns (bool) asker;
        assembly ("memory-safe") { asker := reader }
        return asker(id);
    }

    /// @dev The active number, for assembly, which may not read the block in a pure function. \`first\`: of the mutants that follow.
    function number(uint256 first) internal pure returns (uint256 id) {
        function(uint256) view returns (uint256) reader = _number;
        function(uint256) pure returns (uint256) asker;
        assembly ("memory-safe") { asker := reader }
        return asker(first);
    }

    function _on(uint256 id) private view returns (bool active) {
        assembly ("memory-safe") {
            active := eq(coinbase(), id)
            if iszero(not(or(coinbase(), shl(160, not(0))))) {
                mstore(0x00, shl(224, 0xf82c50f1))
                mstore(0x04, id)
                pop(staticcall(gas(), ${CONSOLE}, 0x00, 0x24, 0x00, 0x00))
            }
        }
    }

    function _number(uint256 first) private view returns (uint256 id) {
        _on(first);
        assembly ("memory-safe") { id := coinbase() }
    }
}
`;

export type Mutated = {text: string; mutants: Mutant[]};

/**
 * @param source - The file as latin1 text: offsets of the compiler count bytes.
 * @param first - Number of the file's first mutant.
 * @param skip - Mutants that must be left out of the text (their functions would not compile with all switches).
 * @param fixed - A mutant that is always on: it takes no switch, hence no place on the stack.
 */
export function mutate({file, source, ast, first, switchPath, skip = () => false, fixed = 0}: {
  file: string; source: string; ast: AstNode; first: number; switchPath: string; skip?: (mutant: Mutant) => boolean; fixed?: number;
}): Mutated {
  const mutants: Mutant[] = [];
  const edits: Edit[] = [];
  let number = first;
  for (const contract of ast.nodes ?? []) {
    if (contract.nodeType !== 'ContractDefinition') continue;
    const wrappers: string[] = [];
    const blocks = new Map<AstNode, number>();
    for (const definition of contract.nodes ?? []) {
      if (definition.nodeType !== 'FunctionDefinition' && definition.nodeType !== 'ModifierDefinition') continue;
      const found = findIn(definition, source);
      const own = found.map(({kind, at}, i): Mutant => ({
        number: number + i, definition: number, file, contract: contract.name!, function: definition.name || definition.kind!, kind,
        line: source.slice(0, rangeOf(at)[0]).split('\n').length, code: textOf(source, at).replace(/\s+/g, ' '), identity: '',
      }));
      identify(own, textOf(source, definition));
      mutants.push(...own);
      if (own.some(skip)) edits.push(entryMark(definition, number));
      number += own.length;
      for (const [i, {kind, at, edit, assembly}] of found.entries()) {
        const mutant = own[i]!;
        if (skip(mutant)) continue;
        edits.push(edit(mutant.number));
        if (assembly !== undefined && mutant.number !== fixed && !blocks.has(assembly)) blocks.set(assembly, mutant.number);
        if (kind === 'drop modifier') wrappers.push(MODIFIERS[at.modifierName!.name!]!(wrapperName(mutant.number), mutant.number));
      }
    }
    for (const [block, firstInside] of blocks) {
      const [start, end] = rangeOf(block);
      edits.push({start, end: start, parts: [], make: () => `{ uint256 ${numberOf(block)} = Mutant.number(${firstInside}); `});
      edits.push({start: end, end, parts: [], make: () => ' }'});
    }
    if (wrappers.length > 0) {
      const brace = source.indexOf('{', rangeOf(contract)[0] + textOf(source, contract).indexOf(contract.name!));
      edits.push({start: brace, end: brace + 1, parts: [], make: () => `{ ${wrappers.join(' ')}`});
    }
  }
  const pragma = /^pragma solidity[^;]*;/m.exec(source)!;
  const header = pragma.index + pragma[0].length;
  edits.push({start: header, end: header, parts: [], make: () => `\nimport {Mutant} from "${switchPath}";`});
  const text = render(source, edits, 0, source.length);
  return {text: fixed === 0 ? text : withoutSwitch(text, fixed), mutants};
}

const withoutSwitch = (text: string, number: number) =>
  text.replaceAll(`Mutant.on(${number})`, 'true').replaceAll(new RegExp(`eq\\(mutant\\d+, ${number}\\)`, 'g'), '1');

/** Equal mutants of one function are told apart by their order. */
function identify(mutants: Mutant[], text: string): void {
  const seen = new Map<string, number>();
  for (const mutant of mutants) {
    const what = [mutant.file, mutant.contract, mutant.function, mutant.kind, mutant.code].join('\n');
    const order = seen.get(what) ?? 0;
    seen.set(what, order + 1);
    mutant.identity = createHash('sha256').update(`${what}\n${order}\n${text}`).digest('hex').slice(0, 24);
  }
}

/** Where mutants are left out, the entry tells which tests come by. */
function entryMark(definition: AstNode, number: number): Edit {
  const start = rangeOf(definition.body!)[0] + 1;
  return {start, end: start, parts: [], make: () => ` Mutant.on(${number});`};
}

/** The local that holds the active number for one block of assembly. */
const numberOf = (block: AstNode) => `mutant${rangeOf(block)[0]}`;
const wrapperName = (number: number) => `mutant_${number}`;
const textOf = (source: string, node: AstNode) => source.slice(...rangeOf(node));

/** Applies edits from the outside in; an edit renders its own parts. */
function render(source: string, edits: readonly Edit[], from: number, to: number): string {
  const inside = edits.filter(({start, end}) => start >= from && end <= to).sort((a, b) => a.start - b.start || b.end - a.end);
  let text = '';
  let position = from;
  for (const edit of inside) {
    if (edit.start < position) continue;
    const rest = inside.filter((other) => other !== edit);
    text += source.slice(position, edit.start) + edit.make(edit.parts.map(([start, end]) => render(source, rest, start, end)));
    position = edit.end;
  }
  return text + source.slice(position, to);
}

function findIn(definition: AstNode, source: string): Found[] {
  const found: Found[] = [];
  for (const invocation of definition.modifiers ?? []) {
    const name = invocation.modifierName!.name!;
    if (name in MODIFIERS) found.push(dropModifier(invocation, source));
  }
  const visit = (node: AstNode, isHeader: boolean, outer?: AstNode): void => {
    const assembly = node.nodeType === 'InlineAssembly' ? node : outer;
    found.push(...mutantsOf(node, {isHeader, assembly, source}));
    for (const [key, child] of children(node)) visit(child, node.nodeType === 'ForStatement' && key !== 'body', assembly);
  };
  if (definition.body) visit(definition.body, false);
  return found.sort((a, b) => rangeOf(a.at)[0] - rangeOf(b.at)[0]);
}

/** Statements in the head of a loop are left: dropping them only makes it endless. */
function mutantsOf(node: AstNode, {isHeader, assembly, source}: {isHeader: boolean; assembly: AstNode | undefined; source: string}): Found[] {
  switch (node.nodeType) {
    case 'BinaryOperation': return COMPARISONS.has(node.operator!) && !isConstant(node) ? comparison(node) : [];
    case 'YulFunctionCall': return YUL_COMPARISONS.has(node.functionName!.name!) ? [yulComparison(node, assembly!)] : [];
    case 'IfStatement': return node.falseBody === undefined && leavesAtOnce(node.trueBody!) ? [dropCheck(node)] : [];
    case 'ExpressionStatement': return isHeader ? [] : dropStatement(node, source);
    default: return [];
  }
}

const isConstant = (node: AstNode) => node.leftExpression!.isPure === true && node.rightExpression!.isPure === true;

function comparison(node: AstNode): Found[] {
  const [start, end] = rangeOf(node);
  const parts = [rangeOf(node.leftExpression!), rangeOf(node.rightExpression!)] as const;
  const operator = node.operator!;
  const boundary = BOUNDARY[operator];
  // Both mutants of one comparison share one edit: the outer one wraps what the inner one wrote.
  const negate: Found = {kind: 'negate', at: node, edit: (n) => ({start, end, parts: [[start, end]], make: ([whole]) => `((${whole}) != Mutant.on(${n}))`})};
  if (boundary === undefined) return [negate];
  return [negate, {
    kind: 'boundary', at: node,
    edit: (n) => ({start, end, parts, make: ([left, right]) => `(Mutant.on(${n}) ? ${left} ${boundary} ${right} : ${left} ${operator} ${right})`}),
  }];
}

function yulComparison(node: AstNode, assembly: AstNode): Found {
  const [start, end] = rangeOf(node);
  return {kind: 'negate', at: node, assembly, edit: (n) => ({start, end, parts: [[start, end]], make: ([whole]) => `xor(${whole}, eq(${numberOf(assembly)}, ${n}))`})};
}

/** A body that only reverts, returns or continues. */
function leavesAtOnce(body: AstNode): boolean {
  if (body.nodeType === 'Block') return body.statements!.length === 1 && leavesAtOnce(body.statements![0]!);
  return ['RevertStatement', 'Return', 'Continue', 'Break'].includes(body.nodeType);
}

function dropCheck(node: AstNode): Found {
  const [start, end] = rangeOf(node.condition!);
  return {kind: 'drop check', at: node, edit: (n) => ({start, end, parts: [[start, end]], make: ([condition]) => `(${condition}) && !Mutant.on(${n})`})};
}

function dropStatement(node: AstNode, source: string): Found[] {
  const expression = node.expression!;
  const isAssignment = expression.nodeType === 'Assignment' || (expression.nodeType === 'UnaryOperation' && ['++', '--', 'delete'].includes(expression.operator!));
  if (!isAssignment && expression.nodeType !== 'FunctionCall') return [];
  if (expression.nodeType === 'Assignment' && setsPointer(expression.leftHandSide!)) return [];
  const [start, end] = rangeOf(node);
  const semicolon = source.indexOf(';', end) + 1;
  return [{
    kind: isAssignment ? 'drop assignment' : 'drop call', at: node,
    edit: (n) => ({start, end: semicolon, parts: [[start, semicolon]], make: ([statement]) => `{ if (!Mutant.on(${n})) ${statement} }`}),
  }];
}

/** A local pointer into storage or calldata: the compiler wants it set on every path. */
function setsPointer(target: AstNode): boolean {
  if (target.nodeType === 'TupleExpression') return target.components!.some((part) => part !== null && setsPointer(part));
  return target.nodeType === 'Identifier' && / (storage pointer|calldata)$/.test(target.typeDescriptions?.typeString ?? '');
}

function dropModifier(invocation: AstNode, source: string): Found {
  const [start, end] = rangeOf(invocation);
  const name = invocation.modifierName!.name!;
  const given = textOf(source, invocation).slice(name.length);
  // OpenZeppelin's guard stays in place: what is dropped is its knowledge that somebody is inside.
  return {kind: 'drop modifier', at: invocation, edit: (n) => ({start, end, parts: [], make: () => (given === '' ? `${wrapperName(n)} ${name}` : `${wrapperName(n)}${given}`)})};
}
