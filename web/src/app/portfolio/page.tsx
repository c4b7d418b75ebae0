export default function P(){return <p>portfolio</p>}
