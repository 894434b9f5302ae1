/** Messages name arguments as the program's language spells them. */
import { formatFinding } from "../../../provider/model/findings";
import { spellFor, spelled } from "../../../provider/model/spelling";

afterEach(() => {
    spellFor(undefined);
});

const finding = {
    code: "redis-database/invalid",
    path: 'replicas[0].tls.ca.keyPem["maxmemory-policy"]',
    problem: "is wrong",
    remedy: "set memoryMb",
};

const shown = (runtime?: string) => {
    spellFor(runtime);
    return spelled(formatFinding(finding)).replace(/\s+/g, " ");
};

test.each([
    [undefined, 'replicas[0].tls.ca.keyPem["maxmemory-policy"]', "memoryMb"],
    ["nodejs", 'replicas[0].tls.ca.keyPem["maxmemory-policy"]', "memoryMb"],
    ["yaml", 'replicas[0].tls.ca.keyPem["maxmemory-policy"]', "memoryMb"],
    ["java", 'replicas[0].tls.ca.keyPem["maxmemory-policy"]', "memoryMb"],
    ["python", 'replicas[0].tls.ca.key_pem["maxmemory-policy"]', "memory_mb"],
    ["go", 'Replicas[0].Tls.Ca.KeyPem["maxmemory-policy"]', "MemoryMb"],
    ["dotnet", 'Replicas[0].Tls.Ca.KeyPem["maxmemory-policy"]', "MemoryMb"],
])("for %s, the path is %s and the remedy names %s", (runtime, path, name) => {
    expect(shown(runtime)).toBe(`${path}: is wrong → set ${name} [redis-database/invalid]`);
});

test("names of one word in a text, and names that are part of a word, stay as they are", () => {
    spellFor("go");
    expect(spelled("the password, not memoryMbytes; bindAddress; ignoreChanges")).toBe(
        "the password, not memoryMbytes; BindAddress; IgnoreChanges",
    );
});
