/** Data of every type, and its description, which is the same for equal data in every version. */

/** Writes keys of every type, with and without a time to live, to two databases. `streams` exist from 5.0 on. */
export const seed = (streams: boolean) => `
for i = 1, 300 do redis.call('SET', 'key:' .. i, 'value ' .. i) end
redis.call('SET', 'large', string.rep('0123456789', 20000))
for i = 1, 300 do
    redis.call('HSET', 'hash', 'field ' .. i, i); redis.call('RPUSH', 'list', 'item ' .. i % 7)
    redis.call('SADD', 'set', 'member ' .. i); redis.call('SADD', 'numbers', i); redis.call('ZADD', 'sorted', i / 2, 'one ' .. i)
end
redis.call('HSET', 'small-hash', 'a', '1'); redis.call('RPUSH', 'small-list', 'x'); redis.call('ZADD', 'small-sorted', '1.5', 'one')
${streams ? "redis.call('XADD', 'stream', '1-1', 'field', 'value'); redis.call('XADD', 'stream', '2-1', 'other', '2')" : ""}
redis.call('SET', 'short-lived', 'v', 'EX', '86400')
redis.call('SELECT', '3'); redis.call('SET', 'in-3', '\\0binary\\r\\n\\255'); redis.call('SET', 'short-lived', 'v', 'EX', '7200')`;

/** Describes every key on a line: database, name, type, a hash of the value, and hours to live. */
export const describeData = `
local lines = {}
local readers = {
    string = function(key) return {redis.call('GET', key)} end,
    list = function(key) return redis.call('LRANGE', key, '0', '-1') end,
    set = function(key) local all = redis.call('SMEMBERS', key); table.sort(all); return all end,
    zset = function(key) return redis.call('ZRANGE', key, '0', '-1', 'WITHSCORES') end,
    hash = function(key)
        local flat, all = redis.call('HGETALL', key), {}
        for i = 1, #flat, 2 do all[#all + 1] = flat[i] .. '=' .. flat[i + 1] end
        table.sort(all)
        return all
    end,
    stream = function(key)
        local all = {}
        for _, entry in ipairs(redis.call('XRANGE', key, '-', '+')) do all[#all + 1] = entry[1] .. table.concat(entry[2], '=') end
        return all
    end,
}
for _, db in ipairs({'0', '3'}) do
    redis.call('SELECT', db)
    local keys = redis.call('KEYS', '*')
    table.sort(keys)
    for _, key in ipairs(keys) do
        local kind = redis.call('TYPE', key)['ok']
        local value = table.concat(readers[kind](key), '\\n')
        local ttl = redis.call('TTL', key)
        lines[#lines + 1] = table.concat({db, key, kind, redis.sha1hex(value), ttl < 0 and '' or math.ceil(ttl / 3600)}, ' ')
    end
end
return lines`;
