namespace Fixity.Gateway.Edge;

/// <summary>Counts what each key has under way at the same time. Holds no more keys than requests are under way.</summary>
internal sealed class LiveBook(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _live = new(StringComparer.Ordinal);

    public bool TryBegin(string key)
    {
        lock (_lock)
        {
            var live = _live.GetValueOrDefault(key);
            if (live >= most)
            {
                return false;
            }

            _live[key] = live + 1;
            return true;
        }
    }

    public void End(string key)
    {
        lock (_lock)
        {
            if (_live[key] == 1)
            {
                _live.Remove(key);
            }
            else
            {
                _live[key]--;
            }
        }
    }
}
