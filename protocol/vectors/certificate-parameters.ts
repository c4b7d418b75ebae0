/** ABI of `Certificate` as the contracts decode it. */
const MEMBER = [{name: 'index', type: 'uint32'}, {name: 'validator', type: 'address'}, {name: 'key', type: 'bytes'}, {name: 'weight', type: 'uint128'}] as const;

export const CERTIFICATE_PARAMETERS = [{
  type: 'tuple',
  components: [
    {name: 'setId', type: 'uint32'}, {name: 'kind', type: 'uint8'},
    {name: 'groups', type: 'tuple[]', components: [
      {name: 'rule', type: 'uint16'}, {name: 'absent', type: 'bool'}, {name: 'members', type: 'tuple[]', components: MEMBER},
      {name: 'siblings', type: 'bytes32[]'}, {name: 'signature', type: 'bytes'},
    ]},
  ],
}] as const;
