namespace Fixity.Storage.Local.Linux;

/// <summary>Makes a thread read only while nobody else uses the disk.</summary>
/// <remarks>
/// The class is the thread's, and a hint: a disk whose I/O scheduler knows no classes (<c>none</c>) does not heed it, and a
/// sandbox may refuse the call; reading goes on at the usual class then.
/// </remarks>
internal static class IdleIo
{
    private const int IdleClass = 3 << 13;
    private const int UsualClass = 0;

    [ThreadStatic]
    private static bool _isIdle;

    /// <summary>For a thread that does nothing but walk or read, for the rest of its life.</summary>
    public static void SetForThread()
    {
        if (!_isIdle)
        {
            _isIdle = true;
            _ = Libc.SetIoPriority(IdleClass);
        }
    }

    /// <summary>For one call: a thread of the pool goes back to its class afterwards, any other keeps to it.</summary>
    public static Call ForCall(bool wanted) => new(wanted);

    public readonly ref struct Call
    {
        private readonly bool _isBorrowed;

        public Call(bool wanted)
        {
            if (!wanted)
            {
                return;
            }

            if (Thread.CurrentThread.IsThreadPoolThread)
            {
                _isBorrowed = true;
                _ = Libc.SetIoPriority(IdleClass);
            }
            else
            {
                SetForThread();
            }
        }

        public void Dispose()
        {
            if (_isBorrowed)
            {
                _ = Libc.SetIoPriority(UsualClass);
            }
        }
    }
}
