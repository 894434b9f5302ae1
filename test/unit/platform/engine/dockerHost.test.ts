/** A Docker host with many containers. A fake `docker` prints them. */
import { containersOn } from "../../../../provider/platform/engine/dockerHost";
import { dockerCalls, dockerDoes, fakeDocker } from "../../support/fakeDocker";

fakeDocker();

test("reads the answer of a host with 30,000 containers", async () => {
    const count = 30_000;
    dockerDoes(
        `awk 'BEGIN { for (i = 0; i < ${count}; i++) printf "server-%d\\trunning\\tUp 5 minutes (healthy)\\n", i }'`,
    );
    const containers = await containersOn({ host: "tcp://redis.example.com:2376" });
    expect(containers.size).toBe(count);
    expect(containers.get("server-29999")).toEqual({ state: "running", status: "Up 5 minutes (healthy)" });
    expect(dockerCalls()).toEqual([expect.stringMatching(/^--host tcp:\/\/redis\.example\.com:2376 ps --all /)]);
});
