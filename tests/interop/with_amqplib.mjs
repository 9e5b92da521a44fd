// The steps of steps.py with Node's amqplib: node with_amqplib.mjs PORT NAME [CA]. Prints what came of each, as JSON.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import amqplib from "amqplib";

// amqplib has no words for transactions and recover without waiting; its tables of AMQP do.
const require = createRequire(import.meta.url);
const defs = require(require.resolve("amqplib").replace(/channel_api\.js$/, "lib/defs.js"));

const [port, name, ca] = process.argv.slice(2);
const HOST = "127.0.0.1";
const HEADERS = { text: "größe", number: 5, yes: true, list: [1, "two"] };
const PROPERTIES = { contentType: "text/plain", headers: HEADERS, persistent: true };

let connection;
let channel;
let consumerTag;

const count = async () => (await channel.checkQueue(name)).messageCount;

const publishConfirmed = (body, key = "key", options = {}) =>
  new Promise((resolve, reject) => {
    channel.publish(name, key, Buffer.from(body), { ...PROPERTIES, ...options }, (error) =>
      error ? reject(error) : resolve(true),
    );
  });

async function refused(ask) {
  const other = await connection.createChannel();
  const closed = new Promise((resolve) => other.on("error", (error) => resolve(error.code)));
  ask(other).catch(() => {});
  return closed;
}

const steps = {
  async connect() {
    const scheme = ca ? "amqps" : "amqp";
    const secure = ca ? { ca: [readFileSync(ca)], servername: "localhost" } : {};
    connection = await amqplib.connect(`${scheme}://guest:guest@${HOST}:${port}`, secure);
    channel = await connection.createConfirmChannel();
    return connection.connection.serverProperties.product;
  },
  async declare() {
    await channel.assertExchange(name, "direct", { durable: false });
    const declared = await channel.assertQueue(name, { durable: true });
    await channel.bindQueue(name, name, "key");
    return [declared.messageCount, declared.consumerCount];
  },
  async publish() {
    return (await publishConfirmed("one")) && (await publishConfirmed("two"));
  },
  async consume() {
    const found = [];
    return new Promise((resolve) => {
      channel
        .consume(name, (message) => {
          const { contentType, headers } = message.properties;
          found.push([message.content.toString(), contentType, headers, message.fields.redelivered]);
          channel.ack(message);
          if (found.length === 2) resolve(found);
        })
        .then((started) => {
          consumerTag = started.consumerTag;
        });
    });
  },
  async cancel() {
    await channel.cancel(consumerTag);
    await publishConfirmed("three");
    return count();
  },
  async recover() {
    const first = await channel.get(name);
    await channel.recover();
    const second = await channel.get(name);
    channel.ack(second);
    return [first.fields.redelivered, second.fields.redelivered];
  },
  async transact() {
    const other = await connection.createChannel();
    await other.rpc(defs.TxSelect, {}, defs.TxSelectOk);
    const counts = [];
    for (const [end, ok] of [
      [defs.TxRollback, defs.TxRollbackOk],
      [defs.TxCommit, defs.TxCommitOk],
    ]) {
      other.publish(name, "key", Buffer.from("four"), PROPERTIES);
      await other.rpc(end, {}, ok);
      counts.push(await count());
    }
    return counts;
  },
  missing: () => refused((other) => other.checkQueue("interop.none")),
  different: () => refused((other) => other.assertQueue(name, { durable: false })),
  reserved: () => refused((other) => other.assertExchange("amq.mine", "direct")),
  async unroutable() {
    const returned = new Promise((resolve) => channel.once("return", ({ fields }) => resolve(fields)));
    await publishConfirmed("five", "nobody's", { mandatory: true });
    const { replyCode, replyText } = await returned;
    return [replyCode, replyText];
  },
  async close() {
    const { messageCount } = await channel.deleteQueue(name);
    await channel.deleteExchange(name);
    await connection.close();
    return messageCount;
  },
};

const cameOfIt = {};
for (const [step, take] of Object.entries(steps)) cameOfIt[step] = await take();
console.log(JSON.stringify(cameOfIt));
