/** ABI of `Certificate` as the contracts decode it. */
export const CERTIFICATE_PARAMETERS = [{
  type: 'tuple',
  components: [
    {name: 'setId', type: 'uint32'}, {name: 'kind', type: 'uint8'},
    {name: 'groups', type: 'tuple[]', components: [
      {name: 'rule', type: 'uint16'}, {name: 'absent', type: 'bool'}, {name: 'members', type: 'bytes'},
      {name: 'siblings', type: 'bytes32[]'}, {name: 'signature', type: 'bytes'},
    ]},
  ],
}] as const;
