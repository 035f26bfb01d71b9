import t from "tap";
import { addressIn, readTrustedProxies, sourceOf } from "#src/domain/access/addresses";

t.test("trusted proxies are addresses, networks or a number of them, and nothing that trusts everybody", (t) => {
  t.same(readTrustedProxies("10.0.0.0/8, 192.0.2.7,2001:db8::/32"), {
    addresses: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"],
  });
  t.same(readTrustedProxies("2"), { hops: 2 });
  const bad = ["0", "11", "true", "*", "loopback", "proxy.example.com", "10.0.0.0/0", "::/0", "10.0.0.0/33", "::1/129"];
  for (const text of [...bad, "10.0.0.0/8/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0", "1.2.3.4,", "fe80::1%eth0", "-1"])
    t.throws(() => readTrustedProxies(text), RangeError, text);
  t.end();
});

t.test("an address is read with or without a port, and no other text is one", (t) => {
  for (const [text, address] of [
    ["192.0.2.7", "192.0.2.7"],
    [" 192.0.2.7:4711 ", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["[2001:DB8::1]:443", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["fe80::1%eth0", "fe80::1"],
    ["unknown", null],
    ["", null],
    ["192.0.2.7\r\nX: y", null],
    ["<script>", null],
    ["1.2.3.4.5", null],
    ["999.1.1.1", null],
    ["x".repeat(100_000), null],
    [":".repeat(100_000), null],
  ] as const)
    t.equal(addressIn(text), address, text.slice(0, 40));
  t.equal(addressIn(undefined), null);
  t.end();
});

t.test("whoever has a /64 network of IPv6 is one source", (t) => {
  t.equal(sourceOf("192.0.2.7"), "192.0.2.7");
  const same = ["2001:db8:0:1::1", "2001:db8::1:0:0:0:1", "2001:0db8:0000:0001:ffff:ffff:ffff:ffff"];
  for (const address of same) t.equal(sourceOf(address), "2001:db8:0:1::/64", address);
  t.equal(sourceOf("2001:db8:0:2::1"), "2001:db8:0:2::/64");
  t.equal(sourceOf("::1"), "0:0:0:0::/64");
  t.equal(sourceOf("2001:db8::"), "2001:db8:0:0::/64");
  t.end();
});
