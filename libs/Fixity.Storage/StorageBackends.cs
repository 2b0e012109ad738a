namespace Fixity.Storage;

/// <summary>The kinds of storage that this process can read, by the word of the target's type.</summary>
public sealed class StorageBackends
{
    private readonly Dictionary<string, Func<StorageSettings, IStorageBackend>> _factories = new(StringComparer.Ordinal);

    public IEnumerable<string> Types => _factories.Keys;

    /// <param name="open">
    /// Makes a backend without a call to the storage: the first probe or listing does those. What is wrong with the
    /// settings it says by a <see cref="StorageException"/> with <see cref="StorageFault.Configuration"/>.
    /// </param>
    public StorageBackends Add(string type, Func<StorageSettings, IStorageBackend> open)
    {
        _factories.Add(type, open);
        return this;
    }

    /// <exception cref="StorageException">No such type is known here, or its settings are wrong.</exception>
    public IStorageBackend Open(StorageSettings settings) => _factories.TryGetValue(settings.Type, out var open)
        ? open(settings)
        : throw new StorageException(
            StorageFault.Configuration, default, $"Storages of type {settings.Type} are not in this version.");
}
