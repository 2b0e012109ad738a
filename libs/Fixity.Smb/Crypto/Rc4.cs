namespace Fixity.Smb.Crypto;

/// <summary>RC4, as NTLM wraps its session key and its checksums with it (MS-NLMP 3.4.4). Nothing else uses it.</summary>
internal sealed class Rc4
{
    private readonly byte[] _state = new byte[256];
    private byte _i;
    private byte _j;

    public Rc4(ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < _state.Length; i++)
        {
            _state[i] = (byte)i;
        }

        byte j = 0;
        for (var i = 0; i < _state.Length; i++)
        {
            j += (byte)(_state[i] + key[i % key.Length]);
            (_state[i], _state[j]) = (_state[j], _state[i]);
        }
    }

    public void Apply(Span<byte> data)
    {
        for (var at = 0; at < data.Length; at++)
        {
            _j += _state[++_i];
            (_state[_i], _state[_j]) = (_state[_j], _state[_i]);
            data[at] ^= _state[(byte)(_state[_i] + _state[_j])];
        }
    }
}
