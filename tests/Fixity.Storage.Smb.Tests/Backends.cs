using Fixity.Core;
using Fixity.Smb;
using Fixity.Smb.Authentication;
using Fixity.Testing.Smb;

namespace Fixity.Storage.Smb.Tests;

/// <summary>Opens a test's server as a backend, and collects what it lists.</summary>
internal static class Backends
{
    public static SmbOptions OptionsOf(SmbServer server, int? port = null) => new()
    {
        Host = "127.0.0.1",
        Port = port ?? server.Port,
        Share = "data",
        Authenticator = new NtlmAuthenticator(SmbServer.User, server.Password),
        IoTimeout = TimeSpan.FromSeconds(10),
        ReconnectFor = TimeSpan.Zero,
    };

    public static IStorageBackend Open(SmbServer server, Func<SmbOptions, SmbOptions>? with = null, FilePath root = default) =>
        SmbStorage.Open((with ?? (options => options))(OptionsOf(server)), root);

    public static async Task PutAsync(SmbServer server, string path, byte[] content)
    {
        var full = Path.Combine(server.Data, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        await File.WriteAllBytesAsync(full, content);
    }

    public static async Task<List<StorageEntry>> ListAsync(
        IStorageBackend backend, PathRange range = default, IEntryFilter? filter = null)
    {
        var entries = new List<StorageEntry>();
        await foreach (var block in backend.ListAsync(range, CancellationToken.None, filter))
        {
            entries.AddRange(block.ToArray().Select(entry => entry with { Path = entry.Path.ToOwned() }));
        }

        return entries;
    }

    public static IEnumerable<string> Words(this IEnumerable<StorageEntry> entries) =>
        entries.Select(entry => $"{entry.Kind} {entry.Path}");
}
