using System.Text;

namespace Fixity.Smb.Tests.Live;

/// <summary>A listing that keeps what it is given.</summary>
internal sealed class Entries : ISmbListing
{
    private readonly List<(string Name, SmbMetadata Metadata)> _all = [];

    public IReadOnlyList<(string Name, SmbMetadata Metadata)> All => _all;

    public int Pages { get; private set; }

    public Func<Task>? PageEnded { get; init; }

    public IEnumerable<string> Names => _all.Select(entry => entry.Name).Order(StringComparer.Ordinal);

    public static async Task<Entries> OfAsync(SmbShare share, string path = "")
    {
        var entries = new Entries();
        await share.ListAsync(path, entries, CancellationToken.None);
        return entries;
    }

    public void Restart() => _all.Clear();

    public void Add(ReadOnlySpan<byte> nameUtf16, in SmbMetadata metadata) =>
        _all.Add((Encoding.Unicode.GetString(nameUtf16), metadata));

    public async ValueTask PageEndedAsync(CancellationToken cancellation)
    {
        Pages++;
        await (PageEnded?.Invoke() ?? Task.CompletedTask);
    }
}
