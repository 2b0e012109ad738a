namespace Fixity.Smb.Connection;

/// <summary>Notices that no byte came for too long while something is waited for.</summary>
/// <remarks>Counts looks and not time: a machine that slept has waited for nothing.</remarks>
internal sealed class IdleWatch : IDisposable
{
    private const int Looks = 8;

    private readonly Func<bool> _isWaiting;
    private readonly Func<long> _received;
    private readonly Action _timedOut;
    private readonly ITimer _timer;
    private long _lastReceived;
    private int _idleLooks;

    public IdleWatch(TimeSpan patience, TimeProvider clock, Func<bool> isWaiting, Func<long> received, Action timedOut)
    {
        (_isWaiting, _received, _timedOut) = (isWaiting, received, timedOut);
        _timer = clock.CreateTimer(
            static state => (state as IdleWatch)?.Look(), this, patience / Looks, patience / Looks);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var received = _received();
        _idleLooks = _isWaiting() && received == _lastReceived ? _idleLooks + 1 : 0;
        _lastReceived = received;
        if (_idleLooks > Looks)
        {
            _timedOut();
        }
    }
}
