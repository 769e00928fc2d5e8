# Builds the root directory of the room in a private mount namespace and starts the supervisor in it.
# usage: entry.sh ROOT JOBS PYTHON PREFIX INSIDE; ROOT is an empty directory, JOBS holds the plan and the
# folders that it names, INSIDE the code that runs in the room.
set -eu
root=$1 jobs=$2 python=$3 prefix=$4 inside=$5

mount -t tmpfs -o mode=755,size=256m room "$root"
cd "$root"
mkdir -p dev etc home mnt opt proc run srv sys tmp usr var/lang var/runtime var/task var/tmp jobs

for name in usr bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$name" ]; then
    ln -sfn "$(readlink "/$name")" "$name"
  elif [ -d "/$name" ]; then
    mkdir -p "$name"
    mount --bind "/$name" "$name"
    mount -o remount,bind,ro "$name"
  fi
done

case "$prefix" in
  /usr | /usr/* | /bin | /lib) ;;
  *)
    mkdir -p ".$prefix"
    mount --bind "$prefix" ".$prefix"
    mount -o remount,bind,ro ".$prefix"
    ;;
esac

for name in ld.so.cache ld.so.conf nsswitch.conf localtime mime.types hosts; do
  if [ -e "/etc/$name" ]; then cp -L "/etc/$name" "etc/$name"; fi
done
if [ -d /etc/ld.so.conf.d ]; then cp -rL /etc/ld.so.conf.d etc/; fi
printf '%s\n' 'sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin' "namespace:x:0:0::/home/sbx_user1051:/sbin/nologin" >etc/passwd
printf '%s\n' 'sbx_group:x:990:' 'root:x:0:' >etc/group

for name in null zero full random urandom; do
  : >"dev/$name"
  mount --bind "/dev/$name" "dev/$name"
done
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount --rbind /proc proc

cp -r "$jobs/." jobs/
mkdir var/runtime/sandbox
: >var/runtime/sandbox/__init__.py
cp -r "$inside" var/runtime/sandbox/inside
# Mount points must exist before the room is sealed.
while read -r name; do
  if [ -n "$name" ]; then mkdir -p "mnt/$name"; fi
done <jobs/mounts
chmod -R a+rX jobs var

# With the source named, no options are taken over that a user namespace may not set again.
mount -o remount,ro room "$root"
start='import sys; sys.path.insert(0, "/var/runtime"); from sandbox.inside.supervisor import main; main()'
exec chroot "$root" "$python" -I -c "$start"
