using Fixity.Bench.Running;

namespace Fixity.Bench.Jobs;

/// <summary>AIDE on a tree: its configuration and the database that a check compares with.</summary>
internal sealed class Aide(string tree, bool hashes)
{
    private readonly string _base = $"{tree}.aide-{(hashes ? "sha256" : "metadata")}";

    public string Init => $"rm -f {Shell.Quote(_base)}.new; aide --init -W 2 -c {Shell.Quote(_base)}.conf > /dev/null";

    public string Check => $"aide --check -c {Shell.Quote(_base)}.conf > /dev/null";

    public async Task ConfigureAsync(CancellationToken cancellation) => await File.WriteAllTextAsync(
        _base + ".conf",
        $"""
        database_in=file:{_base}.db
        database_out=file:{_base}.new
        gzip_dbout=no
        report_url=stdout
        {tree}/ p+u+g+s+m+c+i+n+ftype{(hashes ? "+sha256" : "")}

        """,
        cancellation);

    /// <summary>Makes the database that a check compares with.</summary>
    public async Task PrepareCheckAsync(CancellationToken cancellation)
    {
        await ConfigureAsync(cancellation);
        await Shell.RunAsync(Init, cancellation);
        File.Move(_base + ".new", _base + ".db", overwrite: true);
    }
}
