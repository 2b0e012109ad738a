using Fixity.Core;
using Fixity.Testing.Smb;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Smb.Tests;

/// <summary>The suite that every backend passes, over a real share.</summary>
public sealed class SmbBackendConformsTests : StorageBackendConformance
{
    private SmbServer? _server;

    // What a share shows under another name, because Windows has no such names, is in NamesTests.
    protected override IReadOnlyList<string> AwkwardPaths =>
    [
        .. base.AwkwardPaths.Where(path => !path.EndsWith('.')
            && !path.Any(sign => sign < ' ' || "<>:\"|?*\\".Contains(sign, StringComparison.Ordinal))),
    ];

    public override async Task InitializeAsync() => _server = await SmbServer.StartAsync();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _server!.DisposeAsync();
    }

    protected override IStorageBackend Open() => Backends.Open(_server!);

    protected override Task PutAsync(FilePath path, byte[] content) => Backends.PutAsync(_server!, path.ToString(), content);
}
