// node node.mjs REPO [offline]: a node on loopback alone, until standard input ends.
// Its first line says where it is: {"api": PORT, "address": MULTIADDR or null}

// Of Node 22, and wanted by libraries that still call themselves fit for 18.
Promise.withResolvers ??= function () {
  const made = {}
  made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }))
  return made
}
const { create } = await import('ipfs-core')
const { HttpApi } = await import('ipfs-http-server')

const [repo, mode] = process.argv.slice(2)
const ipfs = await create({
  repo,
  silent: true,
  start: mode !== 'offline',
  preload: { enabled: false },
  init: { algorithm: 'Ed25519', emptyRepo: true },
  libp2p: { peerDiscovery: [], nat: { enabled: false } },
  config: {
    Addresses: {
      Swarm: ['/ip4/127.0.0.1/tcp/0'],
      API: '/ip4/127.0.0.1/tcp/0',
      Gateway: '',
      RPC: '',
      Delegates: []
    },
    Bootstrap: [],
    Discovery: { MDNS: { Enabled: false }, webRTCStar: { Enabled: false } },
    Routing: { Type: 'none' },
    Pubsub: { Enabled: false }
  }
})
const http = new HttpApi(ipfs)
await http.start()
const { addresses } = await ipfs.id()
console.log(JSON.stringify({
  api: Number(http.apiAddr.toOptions().port),
  address: addresses.length ? String(addresses[0]) : null
}))
process.stdin.resume().on('end', () => process.exit(0))
