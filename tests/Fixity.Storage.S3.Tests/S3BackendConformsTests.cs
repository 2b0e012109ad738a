using Fixity.Core;
using Fixity.Testing.Storage;

namespace Fixity.Storage.S3.Tests;

public sealed class S3BackendConformsTests : StorageBackendConformance
{
    private TestBucket? _bucket;

    private TestBucket Bucket => _bucket ?? throw new InvalidOperationException("The bucket is made first.");

    // What only keys can be: a folder that is a file, too, and characters that XML cannot say.
    protected override IReadOnlyList<string> AwkwardPaths =>
    [
        .. base.AwkwardPaths, "dir/sub", "dir", "back\\\\slash", "\\\\", "\\\\a", "]", "\u0001\u001f", "plus+", "%41", "a%2Fb",
        "q?x=1&y", "hash#", "\uFFFD", "\U0010FFFF", "\uE000", "\uD7FF", "star*'()!",
    ];

    public override async Task InitializeAsync() => _bucket = await TestBucket.StartAsync(mayBeReal: true);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Bucket.DisposeAsync();
    }

    protected override IStorageBackend Open() => Bucket.Open();

    protected override Task PutAsync(FilePath path, byte[] content) => Bucket.UploadAsync(path, content);
}
