export default function P(){return <p>verify</p>}
