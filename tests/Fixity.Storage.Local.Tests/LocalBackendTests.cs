using Fixity.Core;
using Fixity.Storage.Local.Linux;
using Fixity.Storage.Local.Portable;
using Fixity.Testing.Storage;

namespace Fixity.Storage.Local.Tests;

public sealed class LinuxBackendConformsTests : StorageBackendConformance, IDisposable
{
    private readonly RawTree _tree = new();

    // What only bytes can say, too.
    protected override IReadOnlyList<string> AwkwardPaths =>
        [.. base.AwkwardPaths, "\\xff", "dir\\xfe/x\\x80y", "back\\\\slash", "\u0001\u001f", "\\xed\\xa0\\x80", new('n', 255)];

    public override Task InitializeAsync() => Task.CompletedTask;

    // After DisposeAsync, which closes the backend.
    public void Dispose() => _tree.Dispose();

    protected override IStorageBackend Open() => new LinuxStorageBackend(_tree.Root, new LocalStorageOptions());

    protected override Task PutAsync(FilePath path, byte[] content)
    {
        _tree.File(path.ToRaw(), content);
        return Task.CompletedTask;
    }
}

public sealed class PortableBackendConformsTests : StorageBackendConformance, IDisposable
{
    private readonly RawTree _tree = new();

    public override Task InitializeAsync() => Task.CompletedTask;

    // After DisposeAsync, which closes the backend.
    public void Dispose() => _tree.Dispose();

    protected override IStorageBackend Open() => new PortableStorageBackend(_tree.Root, new LocalStorageOptions());

    protected override Task PutAsync(FilePath path, byte[] content)
    {
        _tree.File(path.ToRaw(), content);
        return Task.CompletedTask;
    }
}
