using Microsoft.Win32.SafeHandles;

namespace Fixity.Storage.Local.Linux;

/// <summary>Keeps a descriptor from being closed, and its number from being reused, while a call is inside the kernel.</summary>
internal readonly ref struct HandleUse
{
    private readonly SafeFileHandle _handle;

    public HandleUse(SafeFileHandle handle)
    {
        var added = false;
        handle.DangerousAddRef(ref added);
        _handle = handle;
        Descriptor = (int)handle.DangerousGetHandle();
    }

    public int Descriptor { get; }

    public void Dispose() => _handle.DangerousRelease();
}
