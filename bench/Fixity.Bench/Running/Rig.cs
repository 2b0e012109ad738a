namespace Fixity.Bench.Running;

/// <summary>What it was measured on and with: figures mean nothing without it.</summary>
internal sealed record Rig(IReadOnlyList<(string What, string Value)> Facts)
{
    private static readonly (string What, string Command)[] Questions =
    [
        ("CPU", "grep -m1 'model name' /proc/cpuinfo | cut -d: -f2"),
        ("cores", "nproc"),
        ("vector instructions", "grep -m1 '^flags' /proc/cpuinfo | tr ' ' '\\n' | grep -w -e avx512f -e avx512vl -e avx2 -e sha_ni | sort -u | tr '\\n' ' '"),
        ("memory", "free -h | awk '/^Mem/ {print $2}'"),
        ("kernel", "uname -sr"),
        (".NET", "dotnet --version"),
        ("aide", "aide --version 2>&1 | head -1"),
        ("hashdeep", "hashdeep -V"),
        ("b3sum", "b3sum --version"),
        ("find", "find --version | head -1"),
        ("smbclient", "smbclient --version"),
        ("smbd", "smbd --version"),
        ("psql", "psql --version"),
    ];

    public static async Task<Rig> ReadAsync(Workbench bench, CancellationToken cancellation)
    {
        var facts = new List<(string, string)>();
        foreach (var (what, command) in Questions.Append(
            ("file system", $"df -T {Shell.Quote(bench.Folder)} | awk 'NR==2 {{print $2, $1}}'")))
        {
            var answer = await Shell.RunAsync($"{command} || true", cancellation);
            facts.Add((what, string.Join(' ', answer.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries))));
        }

        facts.Add(("PostgreSQL", await bench.Cluster.ScalarAsync<string>("postgres", "show server_version", cancellation) ?? "?"));
        facts.Add(("load before", (await File.ReadAllTextAsync("/proc/loadavg", cancellation)).Split(' ')[0]));
        return new Rig(facts);
    }
}
