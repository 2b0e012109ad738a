namespace Fixity.Smb.Connection;

/// <summary>Notices that no byte came for too long while something is waited for, and has silence broken otherwise.</summary>
/// <remarks>Counts looks and not time: a machine that slept has waited for nothing.</remarks>
internal sealed class IdleWatch : IDisposable
{
    private const int Looks = 8;

    private readonly Func<bool> _isWaiting;
    private readonly Func<long> _received;
    private readonly Action _timedOut;
    private readonly Action _silent;
    private readonly ITimer _timer;
    private long _lastReceived;
    private int _idleLooks;
    private int _silentLooks;

    /// <param name="silent">Called when nothing was waited for and nothing came for as long: a connection that nobody uses
    /// is forgotten by what stands in between, and the death of its server goes unnoticed.</param>
    public IdleWatch(
        TimeSpan patience, TimeProvider clock, Func<bool> isWaiting, Func<long> received, Action timedOut, Action silent)
    {
        (_isWaiting, _received, _timedOut, _silent) = (isWaiting, received, timedOut, silent);
        _timer = clock.CreateTimer(
            static state => (state as IdleWatch)?.Look(), this, patience / Looks, patience / Looks);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var received = _received();
        var (isWaiting, isSilent) = (_isWaiting(), received == _lastReceived);
        _idleLooks = isWaiting && isSilent ? _idleLooks + 1 : 0;
        _silentLooks = !isWaiting && isSilent ? _silentLooks + 1 : 0;
        _lastReceived = received;
        if (_idleLooks > Looks)
        {
            _timedOut();
        }
        else if (_silentLooks >= Looks)
        {
            _silentLooks = 0;
            _silent();
        }
    }
}
