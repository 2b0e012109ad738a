namespace Fixity.Storage.Local.Portable;

/// <summary>What the framework's exceptions mean for a scan.</summary>
internal static class PortableFaults
{
    public static StorageFault Of(Exception failure) => failure switch
    {
        FileNotFoundException or DirectoryNotFoundException => StorageFault.Gone,
        UnauthorizedAccessException => StorageFault.Denied,
        _ => StorageFault.ReadFailed,
    };
}
