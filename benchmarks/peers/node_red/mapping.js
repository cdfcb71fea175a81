const given = global.get("given");
const levels = msg.topic.split("/");
const row = given.rows[levels[3] + "/" + levels[4]];
if (levels.length !== 5 || !["L1", "L2", "L3"].includes(levels[2]) || !row) return null;
const raw = msg.payload;
const stamp = raw.ts;
const age = Date.now() - stamp;
if (!Number.isInteger(stamp) || age > given.behind || -age > given.ahead) return null;
const [asset, name, factor, offset] = row;
let value = raw.Val;
if (typeof value === "number") {
    value = Math.round((value * factor + offset) * 1e10) / 1e10;
    if (value < given.range[0] || value > given.range[1]) return null;
} else if (value !== null) {
    return null;
}
const line = levels[2].slice(1);
const shift = given.shifts.find(([from, until]) => from <= stamp && stamp < until);
const body = {
    timestamp: new Date(stamp).toISOString(),
    value: value,
    unit: given.unit,
    quality: value === null ? "bad" : "good",
    ...given.lines[line],
};
if (shift) body.shift = shift[2];
if (!global.get("validate")(body)) return null;
msg.topic = `acme/dallas/packaging/line-${line}/${asset}/_telemetry/${name}`;
msg.payload = body;
return msg;
